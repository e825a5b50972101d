import { datasourceJson, type JsonObject } from "./model";

/** A choice at the top of a dashboard; queries name it `$name`. */
export interface Variable {
    readonly name: string;
    readonly json: JsonObject;
}

/** Values of a label of a Prometheus metric; several or all can be chosen, all by default. */
export function metricLabel(name: string, metric: string, label: string): Variable {
    const query = `label_values(${metric}, ${label})`;
    return queried(name, "prometheus", {
        query: { query, qryType: 1, refId: "PrometheusVariableQueryEditor-VariableQuery" },
    });
}

/** Values of a label of Loki's streams; several or all can be chosen, all by default. */
export function logLabel(name: string, label: string): Variable {
    // `type: 1` is "values of a label".
    return queried(name, "loki", { query: { label, type: 1, refId: "LokiVariableQueryEditor-VariableQuery" } });
}

/** Text that the reader types; empty at first. */
export function text(name: string, label: string): Variable {
    return { name, json: { type: "textbox", name, label, query: "", current: { text: "", value: "" } } };
}

function queried(name: string, datasource: "prometheus" | "loki", fields: JsonObject): Variable {
    return {
        name,
        json: {
            type: "query",
            name,
            datasource: datasourceJson(datasource),
            ...fields,
            // When the time range changes.
            refresh: 2,
            sort: 1,
            multi: true,
            includeAll: true,
            // Not `.*`: a stream selector of Loki has to match something.
            allValue: ".+",
            current: { text: ["All"], value: ["$__all"] },
        },
    };
}
