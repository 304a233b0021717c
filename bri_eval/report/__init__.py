"""Exhibits, figures and the paper, made from finished evaluations and estimates."""
