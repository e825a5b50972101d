import { datasourceJson, type Json, type JsonObject, type Panel, type Query, type Row } from "./model";
import type { Variable } from "./variables";

export interface DashboardSpec {
    /** Part of the URL, and the name of the file. */
    readonly uid: string;
    readonly title: string;
    readonly description: string;
    readonly variables?: readonly Variable[];
    readonly rows: readonly Row[];
}

/** Tag of all of Hearth's dashboards; each links to the others by it. */
const TAG = "hearth";

const COLUMNS = 24;
const DEFAULT_WIDTH = 8;

/** Version of the dashboard format that is written; Grafana brings older ones up to date when it loads them. */
const SCHEMA_VERSION = 41;

/** A dashboard in Grafana's own JSON. */
export function renderDashboard(spec: DashboardSpec): JsonObject {
    return {
        uid: spec.uid,
        title: spec.title,
        description: spec.description,
        tags: [TAG],
        schemaVersion: SCHEMA_VERSION,
        editable: false,
        // A crosshair that all panels share.
        graphTooltip: 1,
        refresh: "30s",
        time: { from: "now-1h", to: "now" },
        timezone: "browser",
        links: [
            { type: "dashboards", title: "Hearth", tags: [TAG], asDropdown: true, includeVars: false, keepTime: true },
        ],
        templating: { list: (spec.variables ?? []).map(({ json }) => json) },
        annotations: { list: [] },
        panels: placed(spec.rows),
    };
}

/** Panels from left to right, below each other where a line is full, each row under a heading of its own. */
function placed(rows: readonly Row[]): readonly Json[] {
    const panels: Json[] = [];
    let top = 0;
    for (const row of rows) {
        panels.push({
            id: panels.length + 1,
            type: "row",
            title: row.title,
            gridPos: grid(0, top, COLUMNS, 1),
            panels: [],
        });
        top += 1;
        let left = 0;
        let tallest = 0;
        for (const panel of row.panels) {
            const width = panel.spec.width ?? DEFAULT_WIDTH;
            if (left + width > COLUMNS) {
                top += tallest;
                left = 0;
                tallest = 0;
            }
            panels.push(panelJson(panel, panels.length + 1, grid(left, top, width, panel.height)));
            left += width;
            tallest = Math.max(tallest, panel.height);
        }
        top += tallest;
    }
    return panels;
}

function grid(x: number, y: number, w: number, h: number): JsonObject {
    return { x, y, w, h };
}

function panelJson(panel: Panel, id: number, gridPos: JsonObject): JsonObject {
    const { title, description, unit, queries } = panel.spec;
    return {
        id,
        type: panel.type,
        title,
        ...(description === undefined ? {} : { description }),
        gridPos,
        // The queries name theirs; the panel's own only decides what its editor opens with.
        ...(queries[0] === undefined ? {} : { datasource: datasourceJson(queries[0].datasource) }),
        targets: queries.map(targetJson),
        fieldConfig: { defaults: { ...panel.defaults, ...(unit === undefined ? {} : { unit }) }, overrides: [] },
        options: panel.options,
        ...(panel.transformations.length === 0 ? {} : { transformations: panel.transformations }),
    };
}

function targetJson({ datasource, fields }: Query, index: number): JsonObject {
    return { refId: String.fromCharCode("A".charCodeAt(0) + index), datasource: datasourceJson(datasource), ...fields };
}
