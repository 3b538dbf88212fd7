/** The report's page, once it is there. */
import { startCopying } from "./copy-tables.js";
import { startExplorer } from "./explorer.js";
import { startFilter } from "./filter.js";
import { startForests } from "./forest.js";
import { startNavigation } from "./navigation.js";
import { startPlayer } from "./player.js";
import { startPlots } from "./plots.js";
import { startProvenance } from "./provenance.js";
import { startRuns } from "./runs.js";
import { startSorting } from "./sort.js";

startSorting();
startCopying();
startFilter();
startNavigation();
startProvenance();
startRuns();
startPlayer();
startExplorer();
startForests();
startPlots();
