"""What people and programs read: the report model, its terminal form and its JSON."""
