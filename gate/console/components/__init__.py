"""Parts that several pages share: plates, standing, decisions in words, exports."""
