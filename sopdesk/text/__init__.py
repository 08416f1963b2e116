"""The one door for Markdown: source in, safe HTML, sections, references and differences out. No models."""
