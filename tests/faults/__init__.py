"""Things that fail on demand: a chat server on real sockets, and engines that break their promises."""
