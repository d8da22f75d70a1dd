"""From what a person or a program writes to an item of the model: ids, MBIDs, names in any known spelling."""
