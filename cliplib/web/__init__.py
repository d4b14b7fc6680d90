"""The local page where people look through clips, review them and change a storyboard; see docs/page.md."""
