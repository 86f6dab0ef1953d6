"""Questions to patients, and what their answers change."""
