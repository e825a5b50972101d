import assert from "node:assert/strict";
import { readApplications, type Application } from "../../../components/delivery/tree";
import { differenceLines, differences } from "../../../tools/watch/difference";

function tree(text: string): readonly Application[] {
    const files = [{ path: "manifests/dev-fast/web/web.yaml", text }];
    const { applications, problems } = readApplications([{ folder: "manifests/dev-fast/web", files }], ["apps"]);
    assert.deepEqual(problems, []);
    return applications;
}

const configMap = (name: string, data: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${data}\n---\n`;

describe("the difference", () => {
    it("has a line for each object that is new, changed or gone, and for each value that differs", () => {
        const before = tree(
            configMap("same", "{ a: x }") + configMap("old", "{}") + configMap("web", "{ a: one, b: x }"),
        );
        const now = tree(configMap("same", "{ a: x }") + configMap("web", "{ a: two, c: y }") + configMap("new", "{}"));
        assert.deepEqual(differenceLines(differences(before, now)), [
            "~ ConfigMap apps/web",
            '    data.a: "one" → "two"',
            '    data.b: "x" → (nothing)',
            '    data.c: (nothing) → "y"',
            "+ ConfigMap apps/new",
            "- ConfigMap apps/old",
        ]);
    });

    it("is nothing for another layout of the same", () => {
        const before = tree("{ apiVersion: v1, kind: ConfigMap, metadata: { name: web }, data: { a: x, b: y } }");
        assert.deepEqual(differences(before, tree(configMap("web", "{ b: y, a: x }"))), []);
    });

    it("names values in lists, and keys that are no plain word", () => {
        const web = (ports: string, label: string): string =>
            `apiVersion: v1\nkind: Service\nmetadata: { name: web, labels: { ${label} } }\nspec: { ports: [${ports}] }\n`;
        const before = tree(web("{ port: 80 }", "app.kubernetes.io/name: a"));
        const now = tree(web("{ port: 81 }, { port: 82 }", "app.kubernetes.io/name: b"));
        assert.deepEqual(differences(before, now)[0]?.lines, [
            'metadata.labels["app.kubernetes.io/name"]: "a" → "b"',
            "spec.ports[0].port: 80 → 81",
            'spec.ports[1]: (nothing) → {"port":82}',
        ]);
    });

    it("shows the beginning of a long value", () => {
        const [{ lines: [line = ""] = [] } = {}] = differences(
            tree(configMap("web", "{ a: x }")),
            tree(configMap("web", `{ a: ${"y".repeat(500)} }`)),
        );
        assert.ok(line.length < 120 && line.endsWith("…"));
    });
});
