"""Tests in a real browser: a package, so that one browser is started for all of them and stopped after the last."""
