import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { StackImage } from "../../../components/config/stack-images";
import { archiveFile, archiveReference, platform, saveImage } from "../../../tools/images/archives";
import { withFolder, writeFiles } from "../../helpers/chart-archives";

const DIGEST = `sha256:${"a".repeat(64)}`;
const TRAEFIK: StackImage = { id: "traefik", reference: "docker.io/library/traefik:v3.6.15" };
const GARAGE: StackImage = { id: "garage", reference: `docker.io/dxflrs/garage:v2.4.1@${DIGEST}` };

interface Engine {
    readonly folder: string;
    /** Command lines that the engine got. */
    readonly calls: () => readonly string[];
}

/** Puts a container engine of a few lines first on PATH; `body` sees its arguments. */
async function withEngine(name: string, body: string, use: (engine: Engine) => Promise<void>): Promise<void> {
    await withFolder(async (folder) => {
        const log = join(folder, "calls");
        writeFiles(folder, { [`bin/${name}`]: `#!/bin/bash\necho "$*" >> ${log}\n${SAVE}\n${body}\n`, calls: "" });
        chmodSync(join(folder, "bin", name), 0o755);
        const before = process.env["PATH"];
        process.env["PATH"] = `${join(folder, "bin")}:${before}`;
        try {
            const calls = (): readonly string[] => readFileSync(log, "utf8").trim().split("\n");
            await use({ folder, calls });
        } finally {
            process.env["PATH"] = before;
        }
    });
}

/** Writes an archive where `--output` says. */
const SAVE = `save() { while [ $# -gt 0 ]; do if [ "$1" = --output ]; then echo archive > "$2"; fi; shift; done; }`;

describe("names of image archives", () => {
    it("carry the tag and no digest, as pods of a cluster without registries ask by tag", () => {
        assert.equal(archiveReference(GARAGE.reference), "docker.io/dxflrs/garage:v2.4.1");
        assert.equal(archiveFile(GARAGE.reference), "docker.io_dxflrs_garage_v2.4.1.tar");
    });

    it("differ for images that differ in registry, path or tag", () => {
        const files = ["a.io/b/c:1", "a.io/b/c:2", "a.io/bc:1", "b.io/b/c:1", "a.io:5000/b/c:1"].map(archiveFile);
        assert.equal(new Set(files).size, files.length);
    });
});

describe("saveImage", () => {
    it("pulls for this machine's platform and saves that platform alone", () =>
        withEngine("docker", `[ "$1" = save ] && save "$@"; exit 0`, async ({ folder, calls }) => {
            const result = await saveImage("docker", TRAEFIK, join(folder, "out"));
            assert.equal(result.outcome, "saved");
            const [pull, save] = calls();
            assert.equal(pull, `pull --platform ${platform()} ${TRAEFIK.reference}`);
            assert.match(save ?? "", new RegExp(`^save --platform ${platform()} --output .* ${TRAEFIK.reference}$`));
            assert.deepEqual(readdirSync(join(folder, "out")), [archiveFile(TRAEFIK.reference)]);
        }));

    it("pulls by digest and gives the image the tag that pods name", () =>
        withEngine("docker", `[ "$1" = save ] && save "$@"; exit 0`, async ({ folder, calls }) => {
            await saveImage("docker", GARAGE, folder);
            assert.deepEqual(calls().slice(0, 2), [
                `pull --platform ${platform()} ${GARAGE.reference}`,
                `tag ${GARAGE.reference} docker.io/dxflrs/garage:v2.4.1`,
            ]);
        }));

    it("keeps an archive that is there, without asking the engine", () =>
        withEngine("docker", "exit 1", async ({ folder, calls }) => {
            writeFiles(folder, { [archiveFile(TRAEFIK.reference)]: "archive" });
            assert.equal((await saveImage("docker", TRAEFIK, folder)).outcome, "was there");
            assert.deepEqual(calls(), [""]);
        }));

    it("gives the engine's own reason for what cannot be had, and leaves no half archive", () =>
        withEngine("docker", `echo pulling >&2; echo "no such host" >&2; exit 1`, async ({ folder }) => {
            const { outcome, reason } = await saveImage("docker", TRAEFIK, join(folder, "out"));
            assert.deepEqual({ outcome, reason }, { outcome: "failed", reason: "no such host" });
            assert.deepEqual(readdirSync(join(folder, "out")), []);
        }));

    it("saves what the engine has where no registry answers, and says so", () => {
        const body = `case "$1" in pull) echo "no such host" >&2; exit 1;; save) save "$@";; esac`;
        return withEngine("docker", body, async ({ folder }) => {
            const { outcome, reason } = await saveImage("docker", TRAEFIK, folder);
            assert.equal(outcome, "saved");
            assert.match(reason ?? "", /not pulled: no such host/);
        });
    });

    it("asks the engine by digest where one is pinned, so that no other image of that tag is taken", () =>
        withEngine("docker", "exit 1", async ({ folder, calls }) => {
            assert.equal((await saveImage("docker", GARAGE, folder)).outcome, "failed");
            assert.equal(calls().at(-1), `image inspect ${GARAGE.reference}`);
        }));

    it("leaves no half archive of a save that failed", () => {
        const body = `if [ "$1" = save ]; then save "$@"; echo "no space left" >&2; exit 1; fi`;
        return withEngine("docker", body, async ({ folder }) => {
            assert.equal((await saveImage("docker", TRAEFIK, join(folder, "out"))).reason, "no space left");
            assert.deepEqual(readdirSync(join(folder, "out")), []);
        });
    });

    for (const refusal of ["unknown flag: --platform", '"--platform" requires API version 1.48']) {
        it(`saves without a platform where Docker says ${refusal}`, () => {
            const refuse = `printf '%s\\nSee docker save --help\\n' '${refusal}' >&2; exit 125`;
            const body = `case "$*" in *"save --platform"*) ${refuse};; save*) save "$@";; esac`;
            return withEngine("docker", body, async ({ folder }) => {
                assert.equal((await saveImage("docker", TRAEFIK, folder)).outcome, "saved");
                assert.ok(existsSync(join(folder, archiveFile(TRAEFIK.reference))));
            });
        });
    }

    it("asks podman for the format that kind loads", () =>
        withEngine("podman", `[ "$1" = save ] && save "$@"; exit 0`, async ({ folder, calls }) => {
            await saveImage("podman", TRAEFIK, folder);
            assert.match(calls().at(-1) ?? "", /^save --format docker-archive --output /);
        }));
});
