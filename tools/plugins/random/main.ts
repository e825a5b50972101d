import { startProvider } from "../provider-lib/start";
import { randomProvider } from "./provider";

startProvider(randomProvider);
