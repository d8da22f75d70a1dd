"""What evaluation and training may see: listeners held out, and ground truth from elsewhere."""
