"""The intergovernmental scale: interests, bargaining, rescue and commitment of two governments."""
