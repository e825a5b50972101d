/** Annotations by which Prometheus finds a pod or Service and the port of its metrics. */
export function scraped(port: number): Readonly<Record<string, string>> {
    return { "prometheus.io/scrape": "true", "prometheus.io/port": String(port) };
}
