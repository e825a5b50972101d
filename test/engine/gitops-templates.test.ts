import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { deliveryOf } from "../../components/gitops/applications";
import { GITOPS } from "../helpers/gitops";
import { helm, render } from "../helpers/render";
import { skip } from "../helpers/skip";

/** Helm speaks the same template language as Argo CD, with the same functions. */
const TEMPLATE = `{{- range $index, $path := .Values.paths }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ printf "c%d" $index | quote }} }
data:
  {{- $parameters := dict "path" (dict "path" $path "basenameNormalized" (base $path)) "Template" $.Template }}
  name: {{ tpl $.Values.name $parameters | quote }}
  namespace: {{ tpl $.Values.namespace $parameters | quote }}
{{- end }}
`;

interface Rendered {
    readonly name: string;
    readonly namespace: string;
}

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,6}[a-z0-9])?$/);

describe("where a folder's application goes, by the templates of the ApplicationSet", function () {
    this.timeout(60_000);
    const program = helm();
    let folder: string;

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
        folder = mkdtempSync(join(tmpdir(), "hearth-templates-"));
        mkdirSync(join(folder, "templates"));
        writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: templates\nversion: 0.1.0\n");
        writeFileSync(join(folder, "templates", "all.yaml"), TEMPLATE);
    });
    after(() => {
        if (folder !== undefined) rmSync(folder, { recursive: true });
    });

    function place(namespaces: readonly string[], paths: readonly string[]): readonly Rendered[] {
        const { applicationSet } = deliveryOf({ gitops: GITOPS, applicationNamespaces: namespaces }) ?? {};
        const { metadata, spec } = applicationSet?.spec["template"] as {
            readonly metadata: { readonly name: string };
            readonly spec: { readonly destination: { readonly namespace: string } };
        };
        const values = { paths, name: metadata.name, namespace: spec.destination.namespace };
        const options = { chart: folder, release: "templates", namespace: "x", values };
        return render(program ?? "helm", options).map(({ data }) => data as unknown as Rendered);
    }

    it("is the one namespace, whatever the layout", () => {
        const paths = ["web", "manifests/full/web", "shop/web"];
        assert.deepEqual(
            place(["apps"], paths),
            paths.map(() => ({ name: "apps-web", namespace: "apps" })),
        );
    });

    it("is the namespace that the folder above is named after, else the first", () => {
        assert.deepEqual(place(["shop", "billing"], ["full/billing/web", "full/shop/web", "full/web", "web"]), [
            { name: "billing-web", namespace: "billing" },
            { name: "shop-web", namespace: "shop" },
            { name: "shop-web", namespace: "shop" },
            { name: "shop-web", namespace: "shop" },
        ]);
    });

    it("is for every layout one of the namespaces, and the name says which", () => {
        const layout = fc.record({
            namespaces: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
            folders: fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 }),
        });
        fc.assert(
            fc.property(layout, ({ namespaces, folders }) => {
                const mixed = folders.map((folders, index) => {
                    const above = index % 2 === 0 ? [] : [namespaces[index % namespaces.length] ?? ""];
                    return [...folders.slice(0, -1), ...above, folders.at(-1)];
                });
                place(
                    namespaces,
                    mixed.map((parts) => parts.join("/")),
                ).forEach((placed, index) => {
                    const parts = mixed[index] ?? [];
                    const above = parts.at(-2) ?? "";
                    const expected = namespaces.includes(above) ? above : namespaces[0];
                    assert.deepEqual(placed, { name: `${expected}-${parts.at(-1)}`, namespace: expected });
                });
            }),
            { numRuns: 10 },
        );
    });
});
