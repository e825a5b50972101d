import assert from "node:assert/strict";
import { join } from "node:path";
import { containerProgram, relocated } from "../helpers/container-program";
import { programOr, run, stackOr, STACKS, writeFiles } from "../helpers/programs";
import { scratchFolder } from "../helpers/scratch";

describe("Alertmanager's configuration, by amtool", function () {
    this.timeout(180_000);
    const scratch = scratchFolder();
    let amtool: string;

    before(function () {
        amtool = programOr(this, "amtool");
    });

    /** The configuration's path, after it was written. */
    async function written(context: Mocha.Context, stack: string): Promise<string> {
        const { objects } = await stackOr(context, stack);
        const folder = join(scratch(), stack);
        const { args, files } = relocated(containerProgram(objects, "alertmanager"), { "/etc/alertmanager": folder });
        writeFiles(files);
        return args.find((arg) => arg.startsWith("--config.file="))?.split("=")[1] ?? "";
    }

    for (const stack of STACKS) {
        it(`is right in stack ${stack}`, async function () {
            const { status, said } = run(amtool, ["check-config", await written(this, stack)]);
            assert.equal(status, 0, said);
            assert.match(said, /SUCCESS/);
            assert.match(said, /- 3 inhibit rules/);
        });
    }

    it("sends every alert to nobody, the sign of life by a route of its own", async function () {
        const config = await written(this, "dev-fast");
        for (const alert of ["Watchdog", "TargetDown"]) {
            const args = ["config", "routes", "test", `--config.file=${config}`, `alertname=${alert}`];
            const { status, said } = run(amtool, args);
            assert.equal(status, 0, said);
            assert.equal(said.trim(), "none");
        }
        const { said } = run(amtool, ["config", "routes", "show", `--config.file=${config}`]);
        assert.match(said, /alertname="Watchdog"/);
    });

    it("is refused when it is wrong", () => {
        const file = join(scratch(), "wrong.yml");
        writeFiles({ [file]: "route: { receiver: somebody }\nreceivers: [{ name: nobody }]\n" });
        const { status, said } = run(amtool, ["check-config", file]);
        assert.equal(status, 1);
        assert.match(said, /undefined receiver "somebody"/);
    });
});
