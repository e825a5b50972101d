import { promql, stat, promqlNow, timeseries } from "./model";
import type { DashboardSpec } from "./render";
import { metricLabel } from "./variables";

const CHOSEN = 'service=~"$service"';

/** Requests at the edge, by entry point and by service. Needs layers prometheus and traefik. */
export const TRAEFIK_EDGE: DashboardSpec = {
    uid: "hearth-traefik",
    title: "Traefik",
    description: "Requests that came from outside, and which service answered them how.",
    variables: [metricLabel("service", "traefik_service_requests_total", "service")],
    rows: [
        {
            title: "Entry points",
            panels: [
                timeseries({
                    title: "Requests",
                    unit: "reqps",
                    queries: [
                        promql(
                            "sum by (entrypoint, code) (rate(traefik_entrypoint_requests_total[$__rate_interval]))",
                            "{{entrypoint}} {{code}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Answers with 5xx",
                    unit: "percentunit",
                    queries: [
                        promql(
                            'sum by (entrypoint) (rate(traefik_entrypoint_requests_total{code=~"5.."}[$__rate_interval])) ' +
                                "/ sum by (entrypoint) (rate(traefik_entrypoint_requests_total[$__rate_interval]))",
                            "{{entrypoint}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Open connections",
                    unit: "short",
                    queries: [promql("sum by (entrypoint) (traefik_open_connections)", "{{entrypoint}}")],
                }),
            ],
        },
        {
            title: "Services",
            panels: [
                timeseries({
                    title: "Requests",
                    unit: "reqps",
                    queries: [
                        promql(
                            `sum by (service, code) (rate(traefik_service_requests_total{${CHOSEN}}[$__rate_interval]))`,
                            "{{service}} {{code}}",
                        ),
                    ],
                }),
                timeseries({
                    title: "Duration",
                    unit: "s",
                    queries: [0.95, 0.5].map((quantile) =>
                        promql(
                            `histogram_quantile(${quantile}, sum by (le, service) ` +
                                `(rate(traefik_service_request_duration_seconds_bucket{${CHOSEN}}[$__rate_interval])))`,
                            `{{service}} ${quantile * 100} %`,
                        ),
                    ),
                }),
                timeseries({
                    title: "Bytes sent",
                    unit: "Bps",
                    queries: [
                        promql(
                            `sum by (service) (rate(traefik_service_responses_bytes_total{${CHOSEN}}[$__rate_interval]))`,
                            "{{service}}",
                        ),
                    ],
                }),
            ],
        },
        {
            title: "Configuration",
            panels: [
                timeseries({
                    title: "Reloads",
                    description: "Traefik reads its routes anew when an object of its kinds changes.",
                    width: 12,
                    unit: "short",
                    queries: [promql("sum(increase(traefik_config_reloads_total[$__rate_interval]))", "reloads")],
                }),
                stat({
                    title: "Seconds since the last good one",
                    width: 12,
                    height: 8,
                    unit: "s",
                    queries: [promqlNow("min(time() - traefik_config_last_reload_success)")],
                }),
            ],
        },
    ],
};
