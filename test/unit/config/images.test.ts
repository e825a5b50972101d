import assert from "node:assert/strict";
import fc from "fast-check";
import { formatImage, isPinned, parseImage, resolveImage, type ImageConfig } from "../../../components/config/images";
import { IMAGE_IDS, pinnedImage } from "../../../components/config/versions";

const PLAIN: ImageConfig = { overrides: {}, registries: {}, byTagOnly: false };
const DIGEST = `sha256:${"ab".repeat(32)}`;

describe("image references", () => {
    it("are split as container engines split them", () => {
        assert.deepEqual(parseImage("traefik:v3"), { registry: "docker.io", repository: "library/traefik", tag: "v3" });
        assert.deepEqual(parseImage("grafana/loki:3.7.6"), {
            registry: "docker.io",
            repository: "grafana/loki",
            tag: "3.7.6",
        });
        assert.deepEqual(parseImage("localhost:5000/a/b@" + DIGEST), {
            registry: "localhost:5000",
            repository: "a/b",
            digest: DIGEST,
        });
        assert.deepEqual(parseImage("quay.io/x/y:1@" + DIGEST), {
            registry: "quay.io",
            repository: "x/y",
            tag: "1",
            digest: DIGEST,
        });
    });

    it("are refused when they are not references", () => {
        for (const bad of ["", "UPPER/case:1", "a b", "x:", "x@sha256:12", "x@y@z", "http://x/y:1", "x:t/y z"]) {
            assert.equal(parseImage(bad), undefined, bad);
        }
    });

    it("survive parsing and formatting", () => {
        const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
        fc.assert(
            fc.property(part, part, part, fc.boolean(), (host, repository, tag, digest) => {
                const text = `${host}.io/${repository}/x:${tag}${digest ? `@${DIGEST}` : ""}`;
                const parsed = parseImage(text);
                assert.ok(parsed !== undefined);
                assert.equal(formatImage(parsed), text);
            }),
        );
    });
});

describe("the image registry", () => {
    it("pins every image by more than latest", () => {
        for (const id of IMAGE_IDS) {
            const parsed = parseImage(pinnedImage(id));
            assert.ok(parsed !== undefined && isPinned(parsed), id);
        }
    });

    it("takes an override before the pin, and a registry's replacement before both", () => {
        assert.equal(
            formatImage(resolveImage("loki", { ...PLAIN, overrides: { loki: "my.io/loki:1" } })),
            "my.io/loki:1",
        );
        const moved = resolveImage("loki", { ...PLAIN, registries: { "docker.io": "mirror.local:5000/hub" } });
        assert.equal(formatImage(moved), "mirror.local:5000/hub/grafana/loki:3.7.6");
    });

    it("drops the digest of a tagged image when images come from archives", () => {
        assert.ok(resolveImage("garage", PLAIN).digest !== undefined);
        assert.equal(resolveImage("garage", { ...PLAIN, byTagOnly: true }).digest, undefined);
        assert.equal(
            resolveImage("garage", { ...PLAIN, byTagOnly: true, overrides: { garage: `x.io/g@${DIGEST}` } }).digest,
            DIGEST,
        );
    });
});
