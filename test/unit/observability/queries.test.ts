import assert from "node:assert/strict";
import { FULL_LAYERS, at } from "../../helpers/observability";
import { syntaxErrors, withDurations, type QueryLanguage } from "../../helpers/query-grammars";
import { allAlertRules } from "../../../components/observability/alert-rules";
import { dashboards } from "../../../components/observability/dashboards/dashboards";
import { datasources } from "../../../components/observability/grafana-datasources";

interface Asked {
    readonly where: string;
    readonly language: QueryLanguage;
    readonly query: string;
}

const SOURCES = datasources({ layers: FULL_LAYERS });
const LANGUAGES: readonly QueryLanguage[] = ["prometheus", "loki", "tempo"];

/** Every query of every panel of the dashboards' JSON, as Grafana reads it. */
function panelQueries(): readonly Asked[] {
    return dashboards({ layers: FULL_LAYERS }).flatMap((dashboard) =>
        Object.values(at(dashboard, "panels") ?? {}).flatMap((panel: unknown) =>
            Object.values(at(panel, "targets") ?? {}).flatMap((target: unknown) => {
                const language = LANGUAGES.find((one) => one === at(target, "datasource/uid"));
                const query = at(target, "expr") ?? at(target, "query");
                if (language === undefined || typeof query !== "string") return [];
                return [{ where: `${String(dashboard["uid"])}: ${String(at(panel, "title"))}`, language, query }];
            }),
        ),
    );
}

/** Every value below a key of this name, wherever it is. */
function valuesOf(key: string, value: unknown): readonly unknown[] {
    if (value === null || typeof value !== "object") return [];
    return Object.entries(value).flatMap(([name, inner]) => [
        ...(name === key ? [inner] : []),
        ...valuesOf(key, inner),
    ]);
}

describe("the grammars of queries", () => {
    it("take what is right", () => {
        for (const [language, query] of [
            ["prometheus", 'sum by (a) (rate(x_total{a=~"b|c"}[$__rate_interval])) / on (a) group_left y > 0'],
            ["loki", 'sum by (a) (count_over_time({b=~"$b"} |~ `(?i)$c` | json | d="e" [$__auto]))'],
            ["tempo", '{ resource.service.name = "a" && status = error } | rate() by (name)'],
        ] as const) {
            assert.deepEqual(syntaxErrors(language, query), [], query);
        }
    });

    it("name the place of what is wrong", () => {
        for (const [language, query] of [
            ["prometheus", "sum by (a) (rate(x[5m])"],
            ["prometheus", ""],
            ["loki", '{a="b"'],
            ["tempo", "{ status = error } | rate() by"],
        ] as const) {
            assert.ok(syntaxErrors(language, query).length > 0, query);
        }
        assert.equal(syntaxErrors("prometheus", "rate(x[$unknown])")[0], "rate(x[»$«");
    });

    it("get durations in place of Grafana's own variables, and of no other", () => {
        assert.equal(withDurations("a[$__rate_interval] b[$__auto] $namespace"), "a[5m] b[5m] $namespace");
    });
});

describe("the queries of Hearth", () => {
    it("parse in dashboards by the grammar of the language, all three of which are asked", () => {
        const asked = panelQueries();
        for (const language of LANGUAGES)
            assert.ok(
                asked.some((one) => one.language === language),
                language,
            );
        assert.ok(asked.length > 100);
        const wrong = asked.flatMap(({ where, language, query }) =>
            syntaxErrors(language, query).map((place) => `${where}: ${place}`),
        );
        assert.deepEqual(wrong, []);
    });

    it("parse in alerts", () => {
        for (const { name, expr } of allAlertRules({ applicationNamespaces: ["apps"] })) {
            assert.deepEqual(syntaxErrors("prometheus", expr), [], name);
        }
    });

    it("parse in the links from traces to metrics, with the tags that Grafana puts in", () => {
        const queries = SOURCES.flatMap(({ jsonData }) => valuesOf("query", jsonData));
        assert.ok(queries.length > 0);
        for (const query of queries) {
            const asked = String(query).replaceAll("$$__tags", 'service="a"');
            assert.deepEqual(syntaxErrors("prometheus", asked), [], asked);
        }
    });

    it("go to data sources that exist, by uid and by type", () => {
        const known = new Map(SOURCES.map(({ uid, type }) => [String(uid), String(type)]));
        const references = valuesOf("datasource", dashboards({ layers: FULL_LAYERS }));
        assert.ok(references.length > 100);
        for (const reference of references) {
            const uid = String(at(reference, "uid"));
            assert.equal(at(reference, "type"), known.get(uid) ?? "no such data source", uid);
        }
    });

    it("go from data source to data source only where there is one", () => {
        for (const { jsonData } of SOURCES) {
            for (const uid of valuesOf("datasourceUid", jsonData)) {
                assert.ok(
                    SOURCES.some((source) => source.uid === uid),
                    String(uid),
                );
            }
        }
    });
});
