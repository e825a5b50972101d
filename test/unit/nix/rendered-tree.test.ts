import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { formatImage, isPinned, parseImage } from "../../../components/config/images";
import { WAYPOINT } from "../../../components/config/mesh";
import { namespaceName } from "../../../components/config/namespaces";
import { IMAGE_IDS, pinnedImage } from "../../../components/config/versions";
import { GATEWAY } from "../../../components/edge/gateway";
import { MANAGED_KINDS } from "../../../components/config/application-kinds";
import { groupOf } from "../../../components/core/kubernetes-object";
import { PLATFORM_FACTS, type PlatformFacts } from "../../../tools/nix/platform-facts";
import { environmentNames } from "../../../tools/nix/render";
import { idOf } from "../../helpers/manifests";
import { containers, resourceProblems, restrictedProblems } from "../../helpers/pod-security";
import { presetConfig } from "../../helpers/platform";
import { RENDERED_STACKS, renderedObjects, type RenderedObject } from "../../helpers/rendered-tree";

const FACTS = JSON.parse(readFileSync(PLATFORM_FACTS, "utf8")) as PlatformFacts;
const ALL = RENDERED_STACKS.flatMap(renderedObjects);

type Fields = Readonly<Record<string, unknown>>;

function annotations({ manifest }: RenderedObject): Readonly<Record<string, string>> {
    return (manifest.metadata["annotations"] ?? {}) as Readonly<Record<string, string>>;
}

/** Whatever a pod of an object is told by variables, arguments and its command. */
function words({ container }: { readonly container: Fields }): readonly string[] {
    const env = (container["env"] ?? []) as readonly { readonly value?: string }[];
    const lists = ["command", "args"].flatMap((key) => (container[key] ?? []) as readonly string[]);
    return [...env.map(({ value = "" }) => value), ...lists];
}

describe("the committed trees of manifests", () => {
    it("are there for every environment, and for no other", () => {
        assert.deepEqual(RENDERED_STACKS, environmentNames("."));
        assert.deepEqual(RENDERED_STACKS, Object.keys(FACTS.stacks).sort());
        for (const stack of RENDERED_STACKS) assert.ok(renderedObjects(stack).length > 0);
    });

    it("have one object a file, named after it", () => {
        for (const { file, manifest } of ALL) {
            assert.equal(file, `${manifest.kind}-${manifest.metadata.name.replaceAll(".", "-")}.yaml`);
        }
    });

    it("have kinds of which applications are made, and no Applications of Argo CD", () => {
        const kinds = MANAGED_KINDS.map(({ group, kind }) => `${group}/${kind}`);
        const others = ALL.filter(({ manifest }) => !kinds.includes(`${groupOf(manifest)}/${manifest.kind}`));
        assert.deepEqual(others, []);
    });

    it("are for the namespaces of the stack's applications, which each object names itself", () => {
        for (const { stack, manifest } of ALL) {
            const { applicationNamespaces } = presetConfig(stack);
            assert.ok(applicationNamespaces.includes(manifest.metadata.namespace ?? ""), idOf(manifest));
        }
    });

    it("give each application one wave, which all of its objects carry", () => {
        const waves = new Map<string, Set<string | undefined>>();
        for (const object of ALL) {
            const key = `${object.stack}/${object.application}`;
            const wave = annotations(object)["argocd.argoproj.io/sync-wave"];
            waves.set(key, (waves.get(key) ?? new Set()).add(wave));
        }
        for (const [application, found] of waves) {
            assert.equal(found.size, 1, application);
            assert.match(String([...found][0]), /^\d+$/, application);
        }
    });

    it("run pinned images of the registry, restricted, with requests and limits", () => {
        const references = IMAGE_IDS.map(pinnedImage);
        const found = containers(ALL.map(({ manifest }) => manifest));
        assert.ok(found.length >= 2 * RENDERED_STACKS.length);
        for (const one of found) {
            const image = parseImage(String(one.container["image"]));
            assert.ok(image !== undefined && isPinned(image), one.where);
            assert.ok(references.includes(formatImage(image)), one.where);
            assert.deepEqual([...restrictedProblems(one), ...resourceProblems(one)], [], one.where);
        }
    });

    it("declare flows that the platform has in that stack, and name no host that no declared flow leads to", () => {
        for (const stack of RENDERED_STACKS) {
            const objects = renderedObjects(stack);
            const services = objects.filter(({ manifest }) => manifest.kind === "Service");
            const names = services.map(({ manifest }) => manifest.metadata.name);
            for (const object of objects) {
                const [one, ...more] = containers([object.manifest]);
                if (one === undefined) continue;
                const flows = String(annotations(object)["hearth.dev/flows"])
                    .split(",")
                    .filter((flow) => flow !== "");
                assert.deepEqual(
                    flows.filter((flow) => !FACTS.stacks[stack]?.flows.includes(flow)),
                    [],
                    stack,
                );
                const hosts = [one, ...more].flatMap(words).flatMap((word) => [...word.matchAll(/:\/\/([^:/]+)/g)]);
                for (const [, host = ""] of hosts) {
                    const leads = Object.entries(FACTS.services).find(([, service]) => service.host === host)?.[0];
                    const flow = leads ?? (names.includes(host) ? "inside" : host);
                    assert.ok(flows.includes(flow), `${stack}: ${idOf(object.manifest)} names ${host}`);
                }
            }
        }
    });

    it("stay in the mesh, and have nothing of a waypoint", () => {
        for (const { manifest } of ALL) {
            assert.doesNotMatch(JSON.stringify(manifest), /(istio\.io|gateway\.networking\.k8s\.io)\/[a-z-]+":/);
            assert.notEqual(manifest.metadata.name, WAYPOINT);
        }
    });

    it("have routes to the edge's Gateway, and Services that select what is there", () => {
        for (const stack of RENDERED_STACKS) {
            const manifests = renderedObjects(stack).map(({ manifest }) => manifest);
            const pods = manifests.filter(({ kind }) => kind === "Deployment").map(({ spec }) => spec as Fields);
            const labels = pods.map(({ template }) => ((template as Fields)["metadata"] as Fields)["labels"] as Fields);
            for (const { kind, metadata, spec } of manifests) {
                const { selector, parentRefs, rules } = (spec ?? {}) as Fields;
                if (kind === "Service") {
                    const wanted = Object.entries(selector as Fields);
                    const chosen = labels.filter((given) => wanted.every(([key, value]) => given[key] === value));
                    assert.equal(chosen.length, 1, metadata.name);
                }
                if (kind === "HTTPRoute") {
                    assert.deepEqual(parentRefs, [{ name: GATEWAY, namespace: namespaceName("edge") }]);
                    const backends = (rules as { backendRefs: { name: string }[] }[]).flatMap(
                        (rule) => rule.backendRefs,
                    );
                    const services = manifests.filter((other) => other.kind === "Service").map((o) => o.metadata.name);
                    assert.deepEqual(
                        backends.filter(({ name }) => !services.includes(name)),
                        [],
                    );
                }
            }
        }
    });
});

describe("the demo", () => {
    it("is a folder of its own in every stack", () => {
        for (const stack of RENDERED_STACKS) {
            const names = renderedObjects(stack).map(({ application, file }) => `${application}/${file}`);
            assert.ok(names.includes("demo/Deployment-shop-frontend.yaml"), stack);
            assert.ok(names.includes("demo/HTTPRoute-shop.yaml"), stack);
        }
    });

    const wordsOf = (stack: string, name: string): readonly string[] =>
        containers(
            renderedObjects(stack)
                .filter(({ file }) => file === `Deployment-${name}.yaml`)
                .map(({ manifest }) => manifest),
        ).flatMap(words);

    it("has one service behind the edge, which calls the other, in every stack", () => {
        for (const stack of RENDERED_STACKS) {
            const port = FACTS.demo.ports.http;
            assert.ok(wordsOf(stack, "shop-frontend").includes(`--backend=http://shop-backend:${port}`), stack);
            const [route] = renderedObjects(stack).filter(({ file }) => file === "HTTPRoute-shop.yaml");
            const text = JSON.stringify(route);
            assert.ok(text.includes('"shop-frontend"') && !text.includes("shop-backend"), stack);
        }
    });

    it("keeps its orders in its database, with a password that comes in a file of the Secret that the program makes", () => {
        for (const stack of RENDERED_STACKS) {
            const { database, secret } = FACTS.demo;
            assert.deepEqual(secret, { name: "demo-database", key: "password" });
            const [backend] = renderedObjects(stack).filter(({ file }) => file === "Deployment-shop-backend.yaml");
            const text = JSON.stringify(backend);
            assert.ok(text.includes(`"secretName":"${secret.name}"`), stack);
            const given = wordsOf(stack, "shop-backend");
            assert.ok(
                given.some((word) =>
                    new RegExp(`^--database=postgres://[^@]+/${database}\\?sslmode=disable$`).test(word),
                ),
                stack,
            );
            const file = given.find((word) => word.startsWith("--password-file="))?.split("=")[1] ?? "";
            assert.ok(file.endsWith(`/${secret.key}`) && text.includes(`"mountPath":"${dirname(file)}"`), stack);
            assert.ok(!JSON.stringify(wordsOf(stack, "shop-frontend")).includes(secret.name));
        }
    });

    it("shows its metrics to Prometheus where that may come, and else sends them; never both", () => {
        for (const stack of RENDERED_STACKS) {
            const scraped = FACTS.stacks[stack]?.flows.includes("scrape") ?? false;
            for (const name of ["shop-frontend", "shop-backend"]) {
                assert.ok(wordsOf(stack, name).includes(scraped ? "prometheus" : "otlp"), `${stack} ${name}`);
                const [found] = renderedObjects(stack).filter(({ file }) => file === `Deployment-${name}.yaml`);
                const asks = `"prometheus.io/port":"${FACTS.demo.ports.admin}"`;
                assert.equal(JSON.stringify(found).includes(asks), scraped, `${stack} ${name}`);
            }
        }
    });
});
