"""What one space for the whole world does to each country, and what local models change."""
