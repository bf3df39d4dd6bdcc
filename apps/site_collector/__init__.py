"""Site collector: reads all miners of a site, for Prometheus and MQTT, without Home Assistant."""
