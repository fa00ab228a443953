"""The drawings of the manual, as SVG that is legible on light and on dark pages."""
