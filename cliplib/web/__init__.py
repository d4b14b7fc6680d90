"""The review and storyboard page: adapters over library and compose."""
