"""Jawab: an Urdu/English patient chatbot that sends vetted answers only."""
