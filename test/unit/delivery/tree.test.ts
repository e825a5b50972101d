import assert from "node:assert/strict";
import fc from "fast-check";
import { inWaves } from "../../../components/delivery/applications";
import { applicationName, readApplications, type ReadTree } from "../../../components/delivery/tree";

const FOLDER = "manifests/dev-fast/web";

function read(text: string, namespaces: readonly string[] = ["apps"], folder = FOLDER): ReadTree {
    return readApplications([{ folder, files: [{ path: `${folder}/a.yaml`, text }] }], namespaces);
}

function object(kind: string, name: string, more = "", apiVersion = "v1"): string {
    return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}---\n`;
}

const wave = (number: string): string => `  annotations: { argocd.argoproj.io/sync-wave: "${number}" }\n`;
const only = ({ problems }: ReadTree): string => {
    assert.equal(problems.length, 1, JSON.stringify(problems));
    const [{ where, what, fix } = { where: "", what: "", fix: "" }] = problems;
    assert.ok(fix !== "");
    return `${where}: ${what}`;
};

describe("an application of the rendered tree", () => {
    it("has its objects in the order of their waves, and within one in that of the files", () => {
        const text =
            object("ConfigMap", "late", wave("10")) +
            object("ConfigMap", "first") +
            object("ConfigMap", "early", wave("-5")) +
            object("ConfigMap", "second");
        const [application] = read(text).applications;
        assert.deepEqual(
            application?.objects.map(({ object: { metadata }, wave }) => `${metadata.name} ${wave}`),
            ["early -5", "first 0", "second 0", "late 10"],
        );
        assert.deepEqual(
            inWaves(application?.objects ?? []).map(({ objects, last }) => [objects.length, last]),
            [
                [1, false],
                [2, false],
                [1, true],
            ],
        );
    });

    it("has all of its objects in exactly one wave, the last of them marked", () => {
        fc.assert(
            fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 12 }), (numbers) => {
                const text = numbers.map((number, index) => object("ConfigMap", `c${index}`, wave(String(number))));
                const objects = read(text.join("")).applications[0]?.objects ?? [];
                const waves = inWaves(objects);
                assert.deepEqual(
                    waves.flatMap((one) => one.objects),
                    objects,
                );
                assert.deepEqual(
                    waves.map(({ last }) => last),
                    waves.map((_, index) => index === waves.length - 1),
                );
                assert.equal(waves.length, new Set(numbers).size);
            }),
        );
    });

    it("goes to the namespace that the folder above is named after, else to the first, and is called as Argo CD calls it", () => {
        const names = (folder: string): readonly string[] =>
            read(object("ConfigMap", "web"), ["apps", "shop"], folder).applications.flatMap((one) => [
                one.name,
                one.objects[0]?.id ?? "",
            ]);
        assert.deepEqual(names("manifests/dev-fast/web"), ["apps-web", "ConfigMap apps/web"]);
        assert.deepEqual(names("manifests/shop/web"), ["shop-web", "ConfigMap shop/web"]);
        assert.equal(applicationName("a/My_App", "apps"), "apps-my-app");
    });

    it("keeps the namespace of an object that names another one of the applications'", () => {
        const { applications } = read(object("ConfigMap", "web", "  namespace: shop\n"), ["apps", "shop"]);
        assert.equal(applications[0]?.objects[0]?.id, "ConfigMap shop/web");
    });

    it("may be several documents, a List, JSON, or nothing but comments", () => {
        const ids = (text: string): readonly string[] =>
            read(text).applications.flatMap(({ objects }) => objects.map(({ id }) => id));
        assert.deepEqual(ids(`# nothing\n`), []);
        assert.deepEqual(ids(""), []);
        const list = `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n`;
        assert.deepEqual(ids(list), ["ConfigMap apps/a"]);
        assert.deepEqual(ids(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`), ["ConfigMap apps/b"]);
    });
});

describe("a rendered tree is refused", () => {
    it("where a file is no YAML, with the line", () => {
        assert.match(only(read("kind: [Deployment\n")), /a\.yaml: .* at line \d/);
    });

    it("where something is no object", () => {
        for (const text of [
            "just text",
            "- list",
            "kind: ConfigMap\nmetadata: { name: a }",
            "apiVersion: v1\nkind: X",
        ]) {
            assert.match(only(read(text)), /no Kubernetes object/, text);
        }
    });

    it("where a kind is none of an application's: what Argo CD would refuse, Pulumi does not apply either", () => {
        for (const [kind, apiVersion] of [
            ["Secret", "v1"],
            ["Namespace", "v1"],
            ["Role", "rbac.authorization.k8s.io/v1"],
            ["NetworkPolicy", "networking.k8s.io/v1"],
            ["Deployment", "example.com/v1"],
        ] as const) {
            assert.match(only(read(object(kind, "x", "", apiVersion))), new RegExp(`${kind} x is of a kind`), kind);
        }
    });

    it("where an object would land in a namespace that is not the applications'", () => {
        assert.match(only(read(object("ConfigMap", "x", "  namespace: edge\n"))), /in namespace edge, which is none/);
    });

    it("where a wave is no number", () => {
        assert.match(only(read(object("ConfigMap", "x", wave("soon")))), /a wave that is no whole number/);
    });

    it("where an object has two owners, in one folder or in two", () => {
        assert.match(only(read(object("ConfigMap", "x") + object("ConfigMap", "x"))), /x stands in this file as well/);
        const files = (folder: string) => ({
            folder,
            files: [{ path: `${folder}/a.yaml`, text: object("ConfigMap", "x") }],
        });
        const two = readApplications([files("a/one"), files("a/two")], ["apps"]);
        assert.match(only(two), /^a\/two\/a\.yaml: ConfigMap apps\/x stands in a\/one\/a\.yaml as well/);
    });

    it("where two folders would be one Application", () => {
        const folders = ["a/web", "b/web"].map((folder) => ({ folder, files: [] }));
        assert.match(
            only(readApplications(folders, ["apps"])),
            /^b\/web: is called apps-web, as the application in a\/web/,
        );
    });

    it("where there is no namespace for it", () => {
        assert.match(only(read(object("ConfigMap", "x"), [])), /there is no namespace for it/);
    });

    it("with every problem at once", () => {
        assert.equal(read(object("Secret", "a") + object("Secret", "b") + "---\n- x\n").problems.length, 3);
    });
});
