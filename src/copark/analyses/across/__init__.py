"""The claims across parks, three ways: interventions in the model, QCA and NCA."""
