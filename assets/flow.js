// Layered layout of a small directed graph, by dagre: positions only; static/js/flow.js draws.
import { Graph, layout } from "@dagrejs/dagre";

// nodes: [{ id, width, height }], edges: [{ from, to, width, height }] (the size of its label)
// → { width, height, nodes: [{ id, x, y }] (middle), edges: [{ points: [{ x, y }], x, y }] (x, y: middle of the label) }
export function arrange(nodes, edges) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 18, ranksep: 34, edgesep: 10, marginx: 12, marginy: 12, ranker: "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  edges.forEach((edge, at) => {
    graph.setEdge(edge.from, edge.to, { width: edge.width, height: edge.height, labelpos: "c" }, String(at));
  });
  layout(graph);
  const { width, height } = graph.graph();
  return {
    width, height,
    nodes: nodes.map(({ id }) => { const { x, y } = graph.node(id); return { id, x, y }; }),
    edges: edges.map(({ from, to }, at) => {
      const { points, x, y } = graph.edge(from, to, String(at));
      return { points, x, y };
    }),
  };
}
