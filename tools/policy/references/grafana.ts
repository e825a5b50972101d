import { parse } from "yaml";
import type { Problem } from "../../../components/config/problems";
import { at, placesIn, type Place, type Value } from "../../../policy/model/value";
import { valueOf } from "../../../policy/model/wire";
import type { Manifest } from "../manifests";
import { dangling, entriesOf, field, isEmpty, itemsOf, textOf, type World } from "./world";

/** Data sources that Grafana has of itself. */
const BUILT_IN = ["-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana"];

/** A file in a ConfigMap, read. */
interface File {
    readonly manifest: Manifest;
    readonly name: string;
    readonly content: Value;
}

/** Data sources and dashboards that dashboards, data sources and Grafana's settings name. */
export function grafanaReferences(world: World): readonly Problem[] {
    const files = world.all("ConfigMap").flatMap(filesOf);
    const provisioned = files.filter(({ content }) => !isEmpty(at(content, "datasources")));
    const sources = new Set(
        provisioned.flatMap(({ content }) => itemsOf(at(content, "datasources")).map((one) => textOf(at(one, "uid")))),
    );
    const dashboards = files.filter(
        ({ content }) => at(content, "uid") !== undefined && at(content, "panels") !== undefined,
    );
    const uids = new Set(dashboards.map(({ content }) => at(content, "uid")));
    const unknownSources = [...dashboards, ...provisioned].flatMap((file) =>
        sourcesIn(file.content)
            .filter((uid) => !sources.has(uid) && !BUILT_IN.includes(uid) && !uid.startsWith("$"))
            .map((uid) => dangling(file.manifest, file.name, `data source ${uid}`)),
    );
    const unknownDashboards = dashboards.flatMap((file) =>
        linksIn(file.content)
            .filter((uid) => !uids.has(uid))
            .map((uid) => dangling(file.manifest, file.name, `dashboard ${uid}`)),
    );
    return [...unknownSources, ...unknownDashboards, ...homeDashboard(world, dashboards)];
}

function filesOf(manifest: Manifest): readonly File[] {
    return entriesOf(field(manifest, "data")).flatMap(([name, value]) => {
        const text = textOf(value);
        if (text === undefined || !/\.(?:json|ya?ml)$/.test(name)) return [];
        return [{ manifest, name, content: valueOf(name.endsWith(".json") ? JSON.parse(text) : parse(text)) }];
    });
}

function sourcesIn(content: Value): readonly string[] {
    const named = placesIn(content).flatMap(({ key, value, owner }: Place) => {
        if (key === "datasourceUid") return [textOf(value)];
        if (key === "datasource") return [textOf(value) ?? textOf(at(value, "uid"))];
        return key === "uid" && at(owner, "type") === "datasource" ? [textOf(value)] : [];
    });
    return [...new Set(named.filter((uid) => uid !== undefined))];
}

/** Dashboards that a link leads to: `/d/<uid>`. */
function linksIn(content: Value): readonly string[] {
    const texts = placesIn(content).flatMap(({ value }) => textOf(value) ?? []);
    return [...new Set(texts.flatMap((text) => [...text.matchAll(/\/d\/([\w-]+)/g)].flatMap(([, uid]) => uid ?? [])))];
}

/** The page that Grafana begins with is a file of a dashboard. */
function homeDashboard(world: World, dashboards: readonly File[]): readonly Problem[] {
    return world.all("ConfigMap").flatMap((manifest) => {
        const ini = textOf(field(manifest, "data", "grafana.ini")) ?? "";
        const path = /^default_home_dashboard_path\s*=\s*(\S+)/m.exec(ini)?.[1];
        if (path === undefined) return [];
        const file = path.split("/").at(-1) ?? "";
        return dashboards.some(({ name }) => name === file)
            ? []
            : [dangling(manifest, "grafana.ini", `dashboard ${file}`)];
    });
}
