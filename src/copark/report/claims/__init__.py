"""The pages of claims: verdicts, evidence and rules in words, tables, figures and files."""
