// Records of decisions and measurements stand behind what people look for first.
window.Scorer = {
  score: ([page, , , , score]) => (/decision|measurements|changelog/.test(page) ? score - 20 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
