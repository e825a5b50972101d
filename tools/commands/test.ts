import { UsageError, type Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { kindObstacle } from "../testing/kind-obstacle";
import { runTiers } from "../testing/run-tiers";
import { tierTools } from "../testing/tier-tools";
import { chooseTiers, closingLine, exitStatus, failureLines, skipLines, TIERS } from "../testing/tiers";

const NAMES = TIERS.map(({ name }) => name);
const WIDTH = Math.max(...NAMES.map((name) => name.length));

export const command: Command = {
    summary: "run the tests, or some tiers of them",
    usage: `Usage: node tools/run.js test [TIER...] [--grep TEXT] [--stack NAME]

Runs the tiers one after the other; a tier that fails does not keep the others from running. What
cannot run on this machine is skipped; the reasons, and what failed, are listed at the end. The last line is the
sum: N passed, N failed[, N skipped].

${TIERS.map(({ name, title }) => `  ${name.padEnd(WIDTH)}  ${title}`).join("\n")}

  --grep TEXT   only tests whose title contains it; without lint, format and types
  --stack NAME  the stack that the tier kind brings up (default dev-fast)

All but static and unit need the pinned tools, which are installed first. Programs that take minutes to
build (Argo CD's for gitops; Prometheus, Alertmanager, Loki, Traefik, istioctl, the collector for
programs and dataflow) are built only for who names the tier; else tests run with what is there.
kind needs a container engine, too, and images. HEARTH_TEST_KIND_SETTINGS names a file like a stack's,
with settings for a machine where registries do not answer: hearth:imageArchives, hearth:kind,
hearth:images, hearth:layers. programs and dataflow need the official charts, which make charts STACK=full
fetches, or HEARTH_TEST_CHART_MIRROR names a folder of. nix needs Nix and the flake's inputs;
HEARTH_TEST_NIX_ARGS has further arguments for Nix.`,
    options: { grep: "value" },
    positionals: true,
    async run({ positionals, values, stack }) {
        const { tiers, unknown } = chooseTiers(positionals);
        if (unknown.length > 0) throw new UsageError("test cannot do that", unknown.map(noTier));
        const grep = values.get("grep");
        const results = await runTiers(tiers, {
            project: projectRoot(),
            env: { ...process.env, HEARTH_TEST_STACK: stack },
            report: (text) => console.log(text),
            kindObstacle: () => kindObstacle(stack),
            tools: (tier, env) => tierTools(tier, env, positionals.includes(tier.name)),
            ...(grep === undefined ? {} : { grep }),
        });
        for (const line of [...skipLines(results), ...failureLines(results)]) console.log(line);
        console.log(closingLine(results));
        return exitStatus(results);
    },
};

function noTier(name: string): { readonly where: string; readonly what: string; readonly fix: string } {
    return { where: name, what: "is not a tier", fix: `there are ${NAMES.join(", ")}` };
}
