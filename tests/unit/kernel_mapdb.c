#include <stdlib.h>
#include <stdio.h>
#include "mapdb_model.h"
int main(int argc,char**argv){ unsigned long n=argc>1?strtoul(argv[1],0,0):100000; unsigned long every=argc>2?strtoul(argv[2],0,0):1; unsigned long seed=argc>3?strtoul(argv[3],0,0):88172645463325252UL;
 struct choices c={.random=seed}; model_begin(); for(unsigned long i=0;i<n;i++){model_operation(&c); if(i%every==0) model_check();} model_end(); printf("ok\n");}
