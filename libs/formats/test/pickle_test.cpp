// SPDX-License-Identifier: Apache-2.0
#include "erg/pickle.h"

#include <gmock/gmock.h>

#include "text_error.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

Pickle read(const std::string& bytes) { return Pickle{bytes, "x.npy"}; }

std::vector<std::vector<double>> elements(const std::string& bytes) {
  return read(bytes).elements_of_root();
}

TEST(Pickle, ReadsPlainValuesOfEveryProtocol) {
  EXPECT_EQ(read("\x80\x03K\x05."s).root().integer, 5);
  EXPECT_EQ(read("M\x01\x02."s).root().integer, 513);
  EXPECT_EQ(read("J\xff\xff\xff\xff."s).root().integer, -1);
  EXPECT_EQ(read("I42\n."s).root().integer, 42);
  EXPECT_EQ(read("L42L\n."s).root().integer, 42);
  EXPECT_EQ(read("\x8a\x02\x00\x80."s).root().integer, -32768);
  EXPECT_EQ(read("\x8a\x00."s).root().integer, 0);
  EXPECT_EQ(read("F1.5\n."s).root().number, 1.5);
  EXPECT_EQ(read("G\x3f\xf8\0\0\0\0\0\0."s).root().number, 1.5);
  EXPECT_EQ(read("\x80\x04\x95\x04\0\0\0\0\0\0\0\x8c\x02hi\x94."s).root().text, "hi");
  EXPECT_EQ(read("I01\n."s).root().kind, Pickle::Kind::boolean);
  EXPECT_EQ(read("\x88."s).root().integer, 1);
  EXPECT_EQ(read("N."s).root().kind, Pickle::Kind::none);
}

TEST(Pickle, ReadsListsAndTuplesOfRows) {
  // [[1, 2], (3.5,), 4], the first row by the memo a second time
  EXPECT_THAT(elements("](]q\1(K\1K\2eF3.5\n\x85K\4h\1e."s),
              ElementsAre(ElementsAre(1, 2), ElementsAre(3.5), ElementsAre(4), ElementsAre(1, 2)));
  EXPECT_THAT(elements("(K\1K\2t."s), ElementsAre(ElementsAre(1), ElementsAre(2)));
  EXPECT_THAT(elements("]K\7a."s), ElementsAre(ElementsAre(7)));
}

// numpy.array([[1., 2.], [3., 4.]]), as protocol 2 writes it, `bytes` and `order` as given.
std::string array_pickle(const std::string& type, const std::string& data, bool fortran) {
  const auto size = static_cast<char>(data.size());
  return "\x80\x02"
         "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\1b\x87R"
         "(K\1K\2K\2\x86"
         "cnumpy\ndtype\nU\2"s +
         type + "K\0K\1\x87R(K\3U\1<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"s +
         (fortran ? "\x88" : "\x89") + "U" + size + data + "tb.";
}

TEST(Pickle, ReadsArraysInEitherOrder) {
  const std::string data = "\1\0\2\0\3\0\4\0"s;
  EXPECT_THAT(read(array_pickle("i2", data, false)).root().numbers, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read(array_pickle("i2", data, true)).root().numbers, ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(read(array_pickle("i2", data, true)).root().shape, ElementsAre(2, 2));
  EXPECT_THAT(refusal([&] { read(array_pickle("i4", data, false)); }), HasSubstr("its shape says"));
  EXPECT_THAT(refusal([&] { read(array_pickle("U2", data, false)); }), HasSubstr("'<U2'"));
}

TEST(Pickle, NeverCallsWhatItDoesNotKnow) {
  for (const auto& [bytes, name] :
       {std::pair{"cos\nsystem\n(S'id'\ntR."s, "os.system"},
        {"c__builtin__\neval\nU\0011\x85R."s, "__builtin__.eval"},
        {"\x8c\x08"
         "builtins\x8c\x04"
         "exec\x93."s,
         "builtins.exec"},
        {"cnumpy\nload\n."s, "numpy.load"},
        {"cnumpy.core.multiarray\n_reconstruct\nN."s, "nothing thrown"}}) {
    EXPECT_THAT(refusal([&, &b = bytes] { read(b); }), HasSubstr(name));
  }
  EXPECT_THAT(refusal([] { read("cos\nsystem\n."s); }),
              AllOf(HasSubstr("x.npy"), HasSubstr("numpy.save(name, array.astype('f8'))")));
  EXPECT_THAT(refusal([] { read("cnumpy\nndarray\n)R."s); }), HasSubstr("numpy.ndarray"));
  EXPECT_THAT(refusal([] { read("(i__main__\nX\n."s); }), HasSubstr("opcode 0x69"));
  EXPECT_THAT(refusal([] { read("\x80\x06."s); }), HasSubstr("later than 5"));
}

TEST(Pickle, RefusesWhatIsBroken) {
  for (const std::string& bytes : {""s,
                                   "."s,
                                   "K"s,
                                   "K\1"s,
                                   "0."s,
                                   "t."s,
                                   "R."s,
                                   "b."s,
                                   "h\1."s,
                                   "e."s,
                                   "(K\1e."s,
                                   "K\1K\2a."s,
                                   "X\xff\xff\xff\xff."s,
                                   "\x8b\xff\xff\xff\x7f."s,
                                   "(0."s,
                                   "NNR."s,
                                   "N)R."s,
                                   "N)b."s,
                                   "q\1."s,
                                   "Ix\n."s,
                                   "Fx\n."s,
                                   "\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s,
                                   "N(q\1."s.substr(2)}) {
    EXPECT_THAT(refusal([&] { read(bytes); }), HasSubstr("pickle, byte")) << bytes;
  }
  EXPECT_THAT(refusal([] { elements("]]]K\1aaa."s); }), HasSubstr("nested deeper"));
  EXPECT_THAT(refusal([] { elements("]Na."s); }), HasSubstr("neither numbers nor rows"));
}

// The memo must not turn a small file into gigabytes of work.
TEST(Pickle, RefusesAmplifiedWork) {
  std::string rows = "]q\1("s;
  for (int i = 0; i < 10'000; ++i) rows += "K\1"s;
  rows += "e0](";
  for (int i = 0; i < 10'000; ++i) rows += "h\1"s;
  EXPECT_THAT(refusal([&] { elements(rows + "e."); }), HasSubstr("over 2^24 numbers"));
  std::string text =
      "X\x10\x27\0\0"s + std::string(10'000, 'x') + "U\6latin1\x86q\1c_codecs\nencode\nq\2"s;
  for (int i = 0; i < 10'000; ++i) text += "h\2h\1R0"s;
  EXPECT_THAT(refusal([&] { read(text + "N."); }), HasSubstr("far more work"));
}

}  // namespace
}  // namespace erg
