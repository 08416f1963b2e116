"""Pages of documents and changes, a module for each thing people come to do."""
