"""What an ad must not say: rules as data, fact sheets of products, and the check of scripts and plans."""
