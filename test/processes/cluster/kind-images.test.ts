import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FakeKind, type ScriptResult, writeArchive } from "../../helpers/fake-kind";

describe("loading images into a Kind cluster", function () {
    this.timeout(20_000);
    let fake: FakeKind;
    let folder: string;
    beforeEach(() => {
        fake = new FakeKind();
        folder = join(fake.root, "archives");
        mkdirSync(folder);
        for (const role of ["control-plane", "worker"]) fake.write(`containers/${fake.cluster}-${role}`, "true");
    });
    afterEach(() => fake.remove());

    const load = (changes: Readonly<Record<string, string>>): ScriptResult => fake.run("kind-images.sh", changes);
    const loaded = (node: string): readonly string[] => {
        const name = `images-of-${fake.cluster}-${node}`;
        return fake.has(name) ? fake.read(name).trim().split("\n").sort() : [];
    };

    it("takes every archive of a folder, packed or not, to every node", () => {
        writeArchive(join(folder, "loki.tar"), ["docker.io/grafana/loki:3"], ["grafana/loki:3"]);
        writeArchive(join(folder, "quay.tar.gz"), ["quay.io/a/b:1"]);
        fake.write("archives/README.md", "no archive");
        const { status, stderr } = load({ ARCHIVES: folder });
        assert.equal(status, 0, stderr);
        for (const node of ["control-plane", "worker"]) {
            assert.deepEqual(loaded(node), ["docker.io/grafana/loki:3", "quay.io/a/b:1"]);
        }
    });

    it("loads nothing twice, and what is new or changed once", () => {
        writeArchive(join(folder, "a.tar"), ["quay.io/a:1"]);
        load({ ARCHIVES: folder });
        load({ ARCHIVES: folder });
        assert.equal(fake.calls("kind load").length, 1);
        writeArchive(join(folder, "a.tar"), ["quay.io/a:2"]);
        load({ ARCHIVES: folder });
        assert.equal(fake.calls("kind load").length, 2);
    });

    it("loads only into the nodes that lack it", () => {
        writeArchive(join(folder, "a.tar"), ["quay.io/a:1"]);
        load({ ARCHIVES: folder });
        fake.write(`containers/${fake.cluster}-worker2`, "true");
        load({ ARCHIVES: folder });
        assert.match(fake.calls("kind load").at(-1) ?? "", new RegExp(`--nodes ${fake.cluster}-worker2 `));
    });

    it("pins what it loaded, so that no garbage collection takes it", () => {
        writeArchive(join(folder, "a.tar"), ["quay.io/a:1"]);
        load({ ARCHIVES: folder });
        const labels = fake
            .calls("docker exec")
            .filter((call) => call.includes("images label quay.io/a:1 io.cri-containerd.pinned=pinned"));
        assert.equal(labels.length, 2);
    });

    it("names an image that did not arrive", () => {
        writeArchive(join(folder, "a.tar"), ["quay.io/other:1"], ["quay.io/a:1"]);
        const { status, stderr } = load({ ARCHIVES: folder });
        assert.notEqual(status, 0);
        assert.match(stderr, /a\.tar was loaded, but .* has no image quay\.io\/a:1/);
    });

    it("names an archive without a named image, a missing archive and a missing image, all at once", () => {
        writeArchive(join(folder, "nameless.tar"), [], []);
        const { status, stderr } = load({ ARCHIVES: `${folder}\n/none/b.tar`, HOST_IMAGES: "not-in-the-store:1" });
        assert.notEqual(status, 0);
        assert.match(stderr, /nameless\.tar names no image/);
        assert.match(stderr, /no image archive \/none\/b\.tar/);
        assert.match(stderr, /docker has no image not-in-the-store:1/);
    });

    it("saves images of the engine's store for one platform, never by `kind load docker-image`", () => {
        assert.equal(load({ HOST_IMAGES: "in-the-store:1" }).status, 0);
        assert.deepEqual(loaded("worker"), ["docker.io/library/in-the-store:1"]);
        assert.match(fake.calls("docker save")[0] ?? "", /--platform linux\//);
        assert.deepEqual(fake.calls("kind load docker-image"), []);
        load({ HOST_IMAGES: "in-the-store:1" });
        assert.equal(fake.calls("docker save").length, 1);
    });

    it("saves without a platform where the engine knows none", () => {
        fake.write("old-engine");
        const { status, stderr } = load({ HOST_IMAGES: "in-the-store:1" });
        assert.equal(status, 0, stderr);
        assert.deepEqual(loaded("worker"), ["docker.io/library/in-the-store:1"]);
    });

    it("finds an archive below the cache by a path that is the same for everybody", () => {
        mkdirSync(join(fake.root, "cache", "images"), { recursive: true });
        writeArchive(join(fake.root, "cache", "images", "own collector.tar"), ["quay.io/a:1"]);
        const { status, stderr } = load({ ARCHIVES: "cache:images/own collector.tar" });
        assert.equal(status, 0, stderr);
        assert.deepEqual(loaded("control-plane"), ["quay.io/a:1"]);
    });
});
