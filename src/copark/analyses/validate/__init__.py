"""What the model would have forecast from earlier dates, beside what came."""
