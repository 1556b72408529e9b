/* One quarter of the operating enterprises by hand: draw, earn, add up, leave.

   The same numbers as copark.model.enterprises.operating to 1e-9: the same rows of a table (structure of arrays), the
   same hash, the same polynomials. One loop does draws, returns and sums, so that nothing is written to be read again;
   a second, rarely taken, lets enterprises leave.

   gcc -O3 -march=native -ffast-math -fno-finite-math-only -shared -fPIC (as the kernel, it keeps nan and inf). */

#include <stdint.h>
#include <string.h>
#include <math.h>

#ifndef WIDTH
#error "WIDTH: enterprises there is room for in a row of the table"
#endif

enum { ORIGIN, CAPITAL, PERMANENT, LAND, TRANSITORY, AGE, LATEST, SECOND, THIRD, MEAN_RETURN, MOVED_ROWS };

typedef struct {
    double base[3], persistence, innovation, tax, loss, ramp, growth, exit_rate, spread, reference, capital_per_job;
} Terms;

typedef struct {
    double profit, profit_home, capital, jobs, taxes, return_sum, losses, investment, occupied_area, exits, gone;
    double operating_by_origin[3], registered_by_origin[3];
} Sums;

static inline double larger(double x, double y) { return x > y ? x : y; }
static inline double smaller(double x, double y) { return x < y ? x : y; }

static inline uint32_t mix(uint32_t a) {
    a ^= a >> 16;
    a *= 0x7FEB352Du;
    a ^= a >> 15;
    a *= 0x846CA68Bu;
    a ^= a >> 16;
    return a;
}

static inline double uniform(uint32_t a, uint32_t b, uint32_t who) {
    return ((double)mix(mix(who ^ a) + b) + 0.5) * 2.3283064365386963e-10;
}

static inline double power_e(double x) {
    x = smaller(larger(x, -700.0), 700.0);
    double n = floor(x * 1.4426950408889634 + 0.5);
    double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = 2.505210838544172e-08;
    p = p * r + 2.755731922398589e-07;
    p = p * r + 2.7557319223985893e-06;
    p = p * r + 2.48015873015873e-05;
    p = p * r + 0.0001984126984126984;
    p = p * r + 0.001388888888888889;
    p = p * r + 0.008333333333333333;
    p = p * r + 0.041666666666666664;
    p = p * r + 0.16666666666666666;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    int64_t bits = ((int64_t)n + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}

static inline double logarithm(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    double exponent = (double)(((bits >> 52) & 0x7FF) - 1022);
    bits = (bits & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000;
    double m;
    memcpy(&m, &bits, sizeof m);
    int low = m < 0.7071067811865476;
    m = low ? m + m : m;
    exponent = low ? exponent - 1.0 : exponent;
    double s = (m - 1.0) / (m + 1.0), q = s * s;
    double p = 1.0 / 19.0;
    p = p * q + 1.0 / 17.0;
    p = p * q + 1.0 / 15.0;
    p = p * q + 1.0 / 13.0;
    p = p * q + 1.0 / 11.0;
    p = p * q + 1.0 / 9.0;
    p = p * q + 1.0 / 7.0;
    p = p * q + 1.0 / 5.0;
    p = p * q + 1.0 / 3.0;
    p = p * q + 1.0;
    return exponent * 6.93147180369123816490e-01 + (2.0 * s * p + exponent * 1.90821492927058770002e-10);
}

static inline double normal(double u) {
    double w = -logarithm(4.0 * u * (1.0 - u)), v = w - 2.5, s = sqrt(w) - 3.0;
    double p = 2.81022636e-08;
    p = p * v + 3.43273939e-07;
    p = p * v - 3.5233877e-06;
    p = p * v - 4.39150654e-06;
    p = p * v + 0.00021858087;
    p = p * v - 0.00125372503;
    p = p * v - 0.00417768164;
    p = p * v + 0.246640727;
    p = p * v + 1.50140941;
    double t = -0.000200214257;
    t = t * s + 0.000100950558;
    t = t * s + 0.00134934322;
    t = t * s - 0.00367342844;
    t = t * s + 0.00573950773;
    t = t * s - 0.0076224613;
    t = t * s + 0.00943887047;
    t = t * s + 1.00167406;
    t = t * s + 2.83297682;
    return 1.4142135623730951 * (2.0 * u - 1.0) * (w < 5.0 ? p : t);
}

static void draw(const int64_t *restrict ids, int64_t count, const uint32_t keys[4], double *restrict shock,
                 double *restrict fate) {
    const uint32_t shock_a = keys[0], shock_b = keys[1], fate_a = keys[2], fate_b = keys[3];
    for (int64_t i = 0; i < count; i++) {
        shock[i] = uniform(shock_a, shock_b, (uint32_t)ids[i]);
        fate[i] = uniform(fate_a, fate_b, (uint32_t)ids[i]);
    }
    for (int64_t i = 0; i < count; i++) shock[i] = normal(shock[i]);
}

static void earn(double *restrict table, int64_t count, const Terms *restrict with, Sums *restrict sums,
                 const double *restrict shock, const double *restrict fate, double *restrict leaves) {
    const Terms q = *with;
    double *restrict capital = table + CAPITAL * WIDTH, *restrict transitory = table + TRANSITORY * WIDTH;
    double *restrict ages = table + AGE * WIDTH, *restrict latest = table + LATEST * WIDTH;
    double *restrict second = table + SECOND * WIDTH, *restrict third = table + THIRD * WIDTH;
    double *restrict mean = table + MEAN_RETURN * WIDTH;
    const double *restrict origin = table + ORIGIN * WIDTH, *restrict permanent = table + PERMANENT * WIDTH;
    double profit = 0, home = 0, stock = 0, working = 0, positive = 0, returns = 0, losses = 0, grown = 0;
    const double per_ramp = 1.0 / q.ramp, per_spread = 1.0 / q.spread;
    for (int64_t i = 0; i < count; i++) {
        double base = origin[i] < 0.5 ? q.base[0] : origin[i] < 1.5 ? q.base[1] : q.base[2];
        double e = q.persistence * transitory[i] + q.innovation * shock[i], age = ages[i], older = age + 1.0;
        double gross = base + permanent[i] + e - q.loss * (1.0 - smaller(age * per_ramp, 1.0));
        double r = gross - q.tax * larger(gross, 0.0);
        double before = capital[i], gain = larger(r, 0.0), after = before * (1.0 + q.growth * gain);
        double recent = (r + latest[i] + second[i] + third[i]) / smaller(older, 4.0);
        double hazard = q.exit_rate * power_e((q.reference - recent) * per_spread);
        leaves[i] = fate[i] < 1.0 - power_e(-hazard * 0.25) ? 1.0 : 0.0;
        third[i] = second[i];
        second[i] = latest[i];
        latest[i] = r;
        transitory[i] = e;
        ages[i] = older;
        mean[i] = recent;
        capital[i] = after;
        profit += r * before;
        home += origin[i] < 0.5 ? r * before : 0.0;
        stock += after;
        working += after * smaller(older * per_ramp, 1.0);
        positive += gain * before;
        returns += recent;
        losses += recent < 0.0 ? 1.0 : 0.0;
        grown += after - before;
    }
    sums->profit = profit;
    sums->profit_home = home;
    sums->capital = stock;
    sums->jobs = working / q.capital_per_job;
    sums->taxes = q.tax * positive / (1.0 - q.tax);
    sums->return_sum = returns;
    sums->losses = losses;
    sums->investment += grown;
}

static int64_t leave(double *restrict table, int64_t *restrict ids, int64_t count, Sums *restrict sums,
                     double *restrict leaves) {
    for (int64_t i = 0; i < count;) {
        if (leaves[i] < 0.5) {
            i++;
            continue;
        }
        int origin = (int)table[ORIGIN * WIDTH + i];
        sums->operating_by_origin[origin] -= 1.0;
        sums->registered_by_origin[origin] -= 1.0;
        sums->occupied_area -= table[LAND * WIDTH + i];
        sums->exits += 1.0;
        sums->gone += 1.0;
        int64_t last = --count;
        for (int row = 0; row < MOVED_ROWS; row++) table[row * WIDTH + i] = table[row * WIDTH + last];
        ids[i] = ids[last];
        leaves[i] = leaves[last];
    }
    return count;
}

static inline void key(const int64_t root[2], uint32_t process, uint32_t quarter, uint32_t *keys) {
    uint32_t what = (process << 16) + quarter;
    keys[0] = mix((uint32_t)root[0] + what);
    keys[1] = mix((uint32_t)root[1] ^ (what * 0x9E3779B9u));
}

/* Quarters of a park whose count is set back after each, so that every quarter has the same work. `repeats` times,
   each from the same start. */
void hot_passes(double *table, int64_t *ids, const double *table_start, const int64_t *ids_start, int64_t count,
                int64_t quarters, int64_t repeats, const int64_t *root, uint32_t process_shock, uint32_t process_fate,
                const Terms *terms, Sums *sums, const Sums *sums_start) {
    static double shock[WIDTH], fate[WIDTH], leaves[WIDTH];
    for (int64_t n = 0; n < repeats; n++) {
        for (int row = 0; row < MOVED_ROWS; row++)
            memcpy(table + row * WIDTH, table_start + row * WIDTH, (size_t)count * sizeof(double));
        memcpy(ids, ids_start, (size_t)count * sizeof(int64_t));
        *sums = *sums_start;
        for (int64_t t = 0; t < quarters; t++) {
            uint32_t keys[4];
            key(root, process_shock, (uint32_t)t, keys);
            key(root, process_fate, (uint32_t)t, keys + 2);
            draw(ids, count, keys, shock, fate);
            earn(table, count, terms, sums, shock, fate, leaves);
            leave(table, ids, count, sums, leaves);
        }
    }
}
