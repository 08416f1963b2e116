"""What helpdesks export, turned into neutral rows: one module a helpdesk, plain functions, no database."""
