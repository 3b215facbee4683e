"""The parser, requests and polling of the Shanghai exchange."""
