"""The coupling coordination degree (耦合协调度) of a table of cases, beside what chance and judgement make of it."""
