import { DEMO_DATABASE, DEMO_FOLDER, DEMO_NAMESPACE } from "../demo";
import type { Layer } from "../layers";
import type { Problem } from "../problems";
import type { Rule } from "./rule";

/** What the demo cannot do without. */
const NEEDS: readonly (readonly [Layer, string])[] = [
    ["traefik", "its route leads from there"],
    ["postgresql", "its orders are in a database of it"],
];

/** What the rendered demo is made for; the manifests are files, which no setting changes. */
export const demoFits: Rule = ({ demo, ...settings }) => {
    const image = imageProblems(settings.images);
    if (!demo) return image;
    const { applicationNamespaces, cluster, databases, gitops, layers } = settings;
    const problem = (what: string, fix: string): Problem => ({ where: "hearth:demo", what, fix });
    return [
        ...image,
        ...NEEDS.filter(([layer]) => !layers.includes(layer)).map(([layer, because]) =>
            problem(`needs layer "${layer}": ${because}`, `add ${layer} to hearth:layers, or remove hearth:demo`),
        ),
        ...(gitops.path === ""
            ? []
            : [
                  problem(
                      "is on, but its folder is in the rendered tree, and hearth:gitops.path leads elsewhere",
                      "remove hearth:gitops.path, or copy the folder into your own tree and remove hearth:demo",
                  ),
              ]),
        ...(applicationNamespaces.includes(DEMO_NAMESPACE)
            ? []
            : [
                  problem(
                      `is rendered for namespace ${DEMO_NAMESPACE}, which is none of hearth:applicationNamespaces`,
                      `add ${DEMO_NAMESPACE} to them, or remove hearth:demo`,
                  ),
              ]),
        ...(databases.includes(DEMO_DATABASE)
            ? [
                  problem(
                      `makes a database ${DEMO_DATABASE} of its own, and hearth:databases lists one of that name`,
                      "give yours another name, or remove hearth:demo",
                  ),
              ]
            : []),
        ...(cluster === "existing"
            ? [
                  problem(
                      "has an image that is built here and in no registry that an existing cluster could pull it from",
                      `remove hearth:demo, or push the image (make demo ARGS=--image) and copy manifests/<mode>/${DEMO_FOLDER} with its new name into your own tree`,
                  ),
              ]
            : []),
    ];
};

function imageProblems(images: Readonly<Record<string, string>>): readonly Problem[] {
    if (images["demo"] === undefined) return [];
    return [
        {
            where: "hearth:images.demo",
            what: "would change nothing: the rendered manifests name the demo's image",
            fix: "remove it",
        },
    ];
}
