"""What results depend on, and where a park fails or stands on its own."""
