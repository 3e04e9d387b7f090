"""What `doctor` looks at: each check is one small function that yields lines and changes nothing."""
