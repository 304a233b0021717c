"""From nothing to an index of one's own: a study to start from, a teacher of its mistakes, hints and coverage."""
