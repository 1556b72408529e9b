"""The park scale: the development company, its shareholders, their votes and efforts, its land and its money."""
