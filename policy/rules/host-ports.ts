import { HOST_ADDRESS, PORTS } from "../../components/config/ports";
import { kindCluster } from "../model/kind-cluster";
import { eachContainer } from "../model/pods";
import type { Finding, ObjectRule } from "../model/rule";
import { hiddenAt, kindOf, nameOf, namespaceOf, unknown, violation, type Subject } from "../model/subject";
import { at, isEmpty, isHidden, itemsOf, placesIn, textOf, type Fields } from "../model/value";
import { isChart } from "./pinned-charts";

/** Ports of nodes and host come from one table, and are bound to the loopback address. */
export const hostPorts: ObjectRule = {
    scope: "object",
    name: "host-ports",
    title: "Host ports are those of the port table, on the loopback address",
    severity: "critical",
    reason: "there is no TLS between a browser and the platform; a port beside the table, or on another address, opens it to the network",
    remediation: "give the port a row in components/config/ports.ts and take its number from there, or use a ClusterIP",
    check(subject) {
        return [
            ...serviceFindings(subject),
            ...containerFindings(subject),
            ...(isChart(subject) ? valueFindings(subject) : []),
            ...clusterFindings(subject),
        ];
    },
};

const NOT_IN_TABLE = "is not in the port table";

function isNodePort(port: unknown): boolean {
    return PORTS.some(({ nodePort }) => nodePort === Number(port));
}

function serviceFindings(subject: Subject): readonly Finding[] {
    if (kindOf(subject) !== "Service") return [];
    const hidden = [...hiddenAt(subject, ["spec"]), ...hiddenAt(subject, ["spec", "ports"])].slice(0, 1);
    if (hidden.length > 0) return hidden;
    const spec = at(subject.body, "spec");
    const opens = ["NodePort", "LoadBalancer"].includes(textOf(at(spec, "type")) ?? "");
    const ports = itemsOf(at(spec, "ports")).flatMap((port, index): readonly Finding[] => {
        const path = ["spec", "ports", index, "nodePort"];
        const number = at(port, "nodePort");
        if (isHidden(number)) return [unknown(subject, path)];
        if (isEmpty(number)) {
            const open = at(spec, "type") === "NodePort";
            return open ? [violation(subject, path, "is left to chance, on a Service that opens ports of nodes")] : [];
        }
        const row = PORTS.find(
            ({ nodePort, port: own, service }) =>
                nodePort === number &&
                own === at(port, "port") &&
                service.namespace === namespaceOf(subject) &&
                service.name === nameOf(subject),
        );
        return row === undefined ? [violation(subject, path, `${NOT_IN_TABLE} for this Service`)] : [];
    });
    const external = isEmpty(at(spec, "externalIPs"))
        ? []
        : [violation(subject, ["spec", "externalIPs"], "takes addresses of the network")];
    const known = PORTS.some(
        ({ service }) => service.name === nameOf(subject) && service.namespace === namespaceOf(subject),
    );
    const stranger =
        opens && !known
            ? [violation(subject, ["spec", "type"], "opens a Service that the port table does not have")]
            : [];
    return [...ports, ...external, ...stranger];
}

function containerFindings(subject: Subject): readonly Finding[] {
    return eachContainer(subject, ({ name, path, value }) =>
        itemsOf(at(value, "ports")).flatMap((port, index) => {
            const place = [...path, "ports", index, "hostPort"];
            const number = at(port, "hostPort");
            if (isHidden(number)) return [unknown(subject, place, name)];
            return isEmpty(number) || number === 0
                ? []
                : [violation(subject, place, "opens a port of the node, on all its addresses", name)];
        }),
    );
}

/** Ports in a chart's values, under the names that charts have for them. */
function valueFindings(subject: Subject): readonly Finding[] {
    return placesIn(at(subject.body, "values") ?? null, ["values"]).flatMap(({ path, key = "", value }) => {
        if (!/^(?:nodePort|hostPort)/i.test(key) || (typeof value !== "number" && typeof value !== "string")) return [];
        if (!/^\d+$/.test(String(value)) || Number(value) === 0) return [];
        if (/^host/i.test(key)) return [violation(subject, path, "opens a port of the node, on all its addresses")];
        return isNodePort(value) ? [] : [violation(subject, path, NOT_IN_TABLE)];
    });
}

function clusterFindings(subject: Subject): readonly Finding[] {
    const cluster = kindCluster(subject);
    if (cluster === undefined) return [];
    return isHidden(cluster) ? [unknown(subject, ["stdin"])] : mappingFindings(subject, cluster);
}

/** Host ports of a Kind cluster: each of the table, all moved by the same number, all on the loopback address. */
function mappingFindings(subject: Subject, cluster: Fields): readonly Finding[] {
    const apiServer =
        at(cluster, "networking", "apiServerAddress") === HOST_ADDRESS
            ? []
            : [violation(subject, ["stdin", "networking", "apiServerAddress"], "is not the loopback address")];
    const mappings = itemsOf(at(cluster, "nodes")).flatMap((node, index) =>
        itemsOf(at(node, "extraPortMappings")).map((mapping, number) => ({
            path: ["stdin", "nodes", index, "extraPortMappings", number],
            address: at(mapping, "listenAddress"),
            inner: at(mapping, "containerPort"),
            offset: Number(at(mapping, "hostPort")) - Number(at(mapping, "containerPort")),
        })),
    );
    const found = mappings.flatMap(({ path, address, inner, offset }) => {
        const wrong: readonly (readonly [boolean, string, string])[] = [
            [address !== HOST_ADDRESS, "listenAddress", "is not the loopback address"],
            [!isNodePort(inner), "containerPort", NOT_IN_TABLE],
            [offset !== mappings[0]?.offset, "hostPort", "is not moved by the same offset as the others"],
        ];
        return wrong.filter(([bad]) => bad).map(([, field, what]) => violation(subject, [...path, field], what));
    });
    return [...apiServer, ...found];
}
