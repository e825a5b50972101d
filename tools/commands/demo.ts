import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { buildProgram, ownImageArchive } from "../own-images/build";
import { sourcesTag } from "../own-images/recipe";
import { DEMO_IMAGE } from "../own-images/specs";
import { writeTag } from "../own-images/tag";

export const command: Command = {
    summary: "build the demo's program",
    usage: `Usage: node tools/run.js demo [--image] [--write-tag]

Builds the demo from demo/ into the cache, unless it is there, and prints its path. make up does it by
itself for a stack on a Kind cluster with hearth:demo.

  --image      also writes its image as an archive (docker load, kind load image-archive)
  --write-tag  only writes the image's tag, which is made of the sources, into the registry of
               versions and the rendered manifests; for after a change in demo/`,
    options: { image: "flag", "write-tag": "flag" },
    async run({ flags }) {
        const project = projectRoot();
        if (flags.has("write-tag")) {
            for (const path of writeTag(project, DEMO_IMAGE)) console.log(`wrote ${path}`);
            console.log(`the demo's tag is ${sourcesTag(project, DEMO_IMAGE)}; make docs brings the tables up to date`);
            return 0;
        }
        const report = (line: string): void => console.error(line);
        if (!flags.has("image")) {
            console.log(await buildProgram(DEMO_IMAGE, { report }));
            return 0;
        }
        const image = await ownImageArchive(DEMO_IMAGE, { report });
        console.log(`${image.path} (${image.reference}, sha256 ${image.sha256})`);
        return 0;
    },
};
