# SPDX-License-Identifier: Apache-2.0
"""erg network: the catalogue, files of users, what is counted of both."""

import json

from erg_case import ErgCase, main


class Network(ErgCase):
    def test_list_and_show_agree(self):
        listed = {row["name"]: row for row in self.json("network", "list")}
        shown = self.json("network", "show", "lenet5")
        self.assertEqual(shown["total"]["macs"], listed["lenet5"]["macs"])
        self.assertEqual(shown["total"]["parameters"], listed["lenet5"]["parameters"])

    def test_by_layer_adds_up(self):
        shown = self.json("network", "show", "alexnet_thesis", "--by", "layer")
        self.assertEqual(sum(layer["macs"] for layer in shown["layers"]), shown["total"]["macs"])

    def test_input_and_classes(self):
        shown = self.json("network", "show", "lenet5", "--classes", "100", "--batch", "8")
        self.assertEqual(shown["batch"], 8)
        self.assertGreater(
            shown["total"]["parameters"], self.json("network", "show", "lenet5")["total"]["parameters"]
        )

    def test_a_file_gives_the_same_network(self):
        text = self.erg("network", "show", "lenet5", "--as", "network").stdout
        (self.folder / "mine.json").write_text(text)
        shown = self.json("network", "show", "mine.json")
        self.assertEqual(shown["total"], self.json("network", "show", "lenet5")["total"])
        self.assertIn("digraph", self.erg("network", "show", "lenet5", "--as", "dot").stdout)

    def test_inputs_of_a_file_go_by_order_or_name(self):
        layers = [{"name": "a", "kind": "Input", "shape": [4]}, {"name": "b", "kind": "Input", "shape": [4]},
                  {"name": "y", "kind": "Add", "inputs": ["a", "b"]}]
        (self.folder / "two.json").write_text(
            json.dumps({"format": "erg-network", "version": 1, "layers": layers}))
        for words in (["--input", "6", "--input", "6"], ["--input", "b=6", "--input", "a=6"]):
            self.assertEqual(self.json("network", "show", "two.json", *words)["inputs"], [[6], [6]])
        self.assert_one_line(
            self.erg("network", "show", "two.json", "--input", "c=6", status=1).stderr, "'c'", "'a', 'b'")
        self.assert_one_line(
            self.erg("network", "show", "lenet5", "--input", "1x28x28", "--input", "7", status=1).stderr,
            "lenet5", "one input")

    def test_a_newer_opset_is_read_with_a_warning(self):
        def field(number, content):
            if isinstance(content, int):
                return bytes([number << 3, content])
            return bytes([number << 3 | 2, len(content)]) + content

        def value(name):
            shape = field(2, field(1, field(1, 1)) + field(1, field(1, 4)))
            return field(1, name) + field(2, field(1, field(1, 1) + shape))

        node = field(1, b"x") + field(2, b"y") + field(4, b"Relu")
        graph = field(1, node) + field(11, value(b"x")) + field(12, value(b"y"))
        (self.folder / "new.onnx").write_bytes(field(1, 8) + field(8, field(2, 23)) + field(7, graph))
        done = self.erg("network", "show", "new.onnx", "--json")
        self.assert_one_line(done.stderr, "new.onnx", "opset 23", "11 to 20")
        self.assertIn("opset 23", json.loads(done.stdout)["warnings"][0])
        self.assertEqual(self.json("network", "show", "lenet5")["warnings"], [])

    def test_a_drawing_is_no_json(self):
        for words in (["--as", "dot", "--json"], ["--as", "network", "--json"], ["--as", "dot", "--by", "layer"]):
            self.assert_one_line(self.erg("network", "show", "lenet5", *words, status=2).stderr, "--as")

    def test_bad_input_is_one_line(self):
        self.assert_one_line(self.erg("network", "show", "lenet", status=1).stderr, "lenet", "lenet5")
        self.assert_one_line(
            self.erg("network", "show", "lenet5", "--input", "3by3", status=2).stderr, "3by3"
        )
        self.assert_one_line(self.erg("network", "show", "missing.json", status=1).stderr, "missing.json")
        self.assert_one_line(
            self.erg("network", "show", "resnt18.onnx", status=1).stderr, "resnt18.onnx", "'resnet18'")
        (self.folder / "cut.json").write_text('{"format": "erg')
        self.assert_one_line(self.erg("network", "show", "cut.json", status=1).stderr, "cut.json")


if __name__ == "__main__":
    main()
