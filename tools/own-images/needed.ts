import { layersOf } from "../../components/config/layers";
import { neededOwnImages, type OwnImageId } from "../../components/config/own-images";
import type { StackPlan } from "../stack/plan";

/** Images of our own that the nodes of a stack need, from its settings alone. */
export function ownImagesOf({
    file: { settings },
    provider,
}: Pick<StackPlan, "file" | "provider">): readonly OwnImageId[] {
    return neededOwnImages({
        cluster: { provider },
        layers: layersOf(settings),
        collector: settings.collector,
        images: { overrides: settings.images },
        demo: settings.demo,
    });
}
