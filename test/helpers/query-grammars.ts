import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";
import type { LRParser } from "@lezer/lr";
import { parser as promql } from "@prometheus-io/lezer-promql";

/** The languages of queries, by the data source that speaks them. */
export type QueryLanguage = "prometheus" | "loki" | "tempo";

/** Each language's own grammar, as its editors have it. */
const GRAMMARS: Readonly<Record<QueryLanguage, LRParser>> = { prometheus: promql, loki: logql, tempo: traceql };

/** Durations that Grafana puts in place of its own variables; the others stand inside of quotes, where anything may. */
const GRAFANA_DURATIONS = /\$(?:__rate_interval|__interval|__auto|__range)\b/g;

/** The query as it reaches the data source, but for variables inside of quotes. */
export function withDurations(query: string): string {
    return query.replaceAll(GRAFANA_DURATIONS, "5m");
}

/** What of a query the language's grammar does not take, as text around each place; empty for a right one. */
export function syntaxErrors(language: QueryLanguage, query: string): readonly string[] {
    const text = withDurations(query);
    const places: string[] = [];
    GRAMMARS[language].parse(text).iterate({
        enter: ({ type, from, to }) => {
            if (type.isError) places.push(`${text.slice(Math.max(0, from - 20), from)}»${text.slice(from, to)}«`);
        },
    });
    return places;
}
