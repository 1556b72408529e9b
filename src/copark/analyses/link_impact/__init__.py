"""Link impact: what changes in a park when a link between scales is cut or made stronger."""
