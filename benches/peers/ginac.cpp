// GiNaC on the inputs of inputs.py, one workload a process; CPU time.
//   g++ -O2 ginac.cpp -o ginac -lginac -lcln && ./ginac DATA WORKLOAD [ARG]
#include <ginac/ginac.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

using namespace GiNaC;
using std::string;
using std::vector;

static double cpu_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static vector<string> lines_of(const string &path) {
    std::ifstream file(path);
    vector<string> lines;
    for (string line; getline(file, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

static string joined(const vector<string> &lines) {
    string all;
    for (const string &line : lines) all += (all.empty() ? "" : "+") + line;
    return all;
}

static symtab symbols_in(const string &text) {
    symtab table;
    const std::regex name("[A-Za-z_][A-Za-z_0-9]*");
    for (std::sregex_iterator at(text.begin(), text.end(), name), end; at != end; ++at)
        if (!table.count(at->str())) table[at->str()] = possymbol(at->str());
    return table;
}

// Prints median and least time of at most `most` runs, 20 s in all; `work` says how large its result is.
static void measure(const string &workload, const string &argument, int most, const std::function<size_t()> &work) {
    vector<double> times;
    size_t size = 0;
    double begin = cpu_seconds();
    for (int run = 0; run < most && cpu_seconds() - begin < 20; run++) {
        double start = cpu_seconds();
        size = work();
        times.push_back(cpu_seconds() - start);
    }
    std::sort(times.begin(), times.end());
    printf("{\"peer\": \"ginac\", \"workload\": \"%s\", \"arg\": \"%s\", \"med\": %.6g, \"min\": %.6g, \"n\": %zu, \"size\": %zu}\n",
           workload.c_str(), argument.c_str(), times[times.size() / 2], times[0], times.size(), size);
}

int main(int count, char **arguments) {
    if (count < 3) return fprintf(stderr, "ginac DATA WORKLOAD [ARG]\n"), 2;
    const string data = arguments[1], workload = arguments[2], argument = count > 3 ? arguments[3] : "";
    auto run = [&](int most, const std::function<size_t()> &work) { measure(workload, argument, most, work); };
    possymbol x("x"), y("y"), z("z"), t("t"), u("u");
    if (workload == "fateman") {
        run(3, [&] {
            ex p = expand(pow(1 + x + y + z + t, std::stoi(argument)));
            return expand(p * (p + 1)).nops();
        });
    } else if (workload == "sparse") {
        run(3, [&] {
            int n = std::stoi(argument);
            ex p = expand(pow(1 + x + y + 2 * pow(z, 2) + 3 * pow(t, 3) + 5 * pow(u, 5), n));
            ex q = expand(pow(1 + u + t + 2 * pow(z, 2) + 3 * pow(y, 3) + 5 * pow(x, 5), n));
            return expand(p * q).nops();
        });
    } else if (workload == "transformer" || workload == "transformer_text" || workload == "print") {
        const vector<string> lines = lines_of(data + "/transformer_" + argument + ".txt");
        const string all = joined(lines);
        const symtab table = symbols_in(all);
        if (workload == "transformer_text") {
            run(3, [&] { parser reader(table, true); return reader(all).expand().nops(); });
            return 0;
        }
        parser reader(table, true);
        exvector parts;
        for (const string &line : lines) parts.push_back(reader(line));
        if (workload == "transformer") {
            run(5, [&] { ex sum = add(parts); return sum.expand().nops(); });
        } else {
            const ex sum = ex(add(parts)).expand();
            run(5, [&] { std::ostringstream out; out << latex << sum; return out.str().size(); });
        }
    } else if (workload == "parse") {
        const string text = lines_of(data + "/parse_1mb.txt")[0];
        const symtab table = symbols_in(text);
        run(3, [&] { parser reader(table, true); return reader(text).nops(); });
    } else if (workload == "equiv" || workload == "factor" || workload == "gcd") {
        // A case a line: name or truth, then one or two formulas.
        const vector<string> lines = lines_of(data + "/" + workload + ".tsv");
        parser reader(symbols_in(joined(lines)), true);
        vector<string> names;
        vector<std::array<ex, 2>> cases;
        for (const string &line : lines) {
            std::stringstream fields(line);
            string name, first, second;
            getline(fields, name, '\t');
            getline(fields, first, '\t');
            getline(fields, second, '\t');
            names.push_back(name);
            cases.push_back({reader(first), second.empty() ? ex(0) : reader(second)});
        }
        if (workload == "equiv") {
            run(5, [&] {
                size_t right = 0;
                for (size_t at = 0; at < cases.size(); at++)
                    right += expand(cases[at][0] - cases[at][1]).is_zero() == (names[at] == "1");
                return right;
            });
            return 0;
        }
        const size_t at = std::stoul(argument);
        const ex first = cases[at][0].expand(), second = cases[at][1].expand();
        if (workload == "factor") run(7, [&] { return factor(first).nops(); });
        else run(7, [&] { return gcd(first, second).nops(); });
    } else {
        return fprintf(stderr, "no workload %s\n", workload.c_str()), 2;
    }
}
